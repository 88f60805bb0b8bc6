"""What is sent, as TypedDicts; made from the OpenAPI document."""
