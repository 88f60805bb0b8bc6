"""Messages to other systems: signed webhooks, Slack-compatible ones, mail.

What happened is written as rows of ``delivery`` in the transaction in which it happened (`outbox`), and sent later by
the worker (`dispatch`), as often as it takes. A receiver gets a message at least once, always under the same id.
"""
