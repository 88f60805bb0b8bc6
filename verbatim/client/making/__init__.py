"""Makes the client's answers, bodies and resources from the OpenAPI document, and ``sync`` from ``aio``.

    document.py   the operations of a document
    names.py      what each is called here
    schemas.py    schemas as Python types
    classes.py    modules of dataclasses (answers) and TypedDicts (bodies)
    methods.py    modules of resources, one a subject
    unasync.py    the synchronous twin of an asynchronous module

``python -m verbatim.client.making openapi.json`` writes; a test asserts that what is there is what would be made.
"""
