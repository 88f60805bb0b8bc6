"""The commands that this package adds to ``verbatim``: ``predictor`` and ``predict``."""

from models.commands.predict import predict_command
from models.commands.predictor import predictor_command

__all__ = ["predict_command", "predictor_command"]
