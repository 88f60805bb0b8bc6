"""What comes back, as frozen dataclasses; made from the OpenAPI document."""
