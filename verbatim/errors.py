"""Every error that Verbatim raises on purpose.

    VerbatimError                     ours: exit code 1
    ├── UserError                     the user's mistake: exit code 2
    │   ├── SettingsError             an unknown or wrong setting
    │   ├── InputError                a file, row or value that cannot be read
    │   │   ├── MappingError          columns that cannot be matched to fields
    │   │   └── TooManyRejects        more bad rows than the caller allows
    │   ├── ScaleError                a value, scale or definition that does not fit a metric
    │   ├── EditConflictError         an edit that contradicts another, or that somebody overtook
    │   ├── NotFoundError             an account, theme, period … that is not in the store
    │   ├── EmptyError                nothing to work on (no comments, no answers)
    │   ├── NoSkillError              a predictor that was asked for has not proven its skill
    │   ├── LeakageError              a column that cannot be known while a ticket is open
    │   ├── SignatureError            a webhook that is not signed as agreed, or signed too long ago
    │   └── MissingExtraError         an optional dependency that is not installed
    ├── EncoderError                  no model, damaged weights, other dimensions than expected
    └── StorageError                  the database or the disk
        ├── StoreBusyError            locked by another process; retryable
        ├── StoreFullError            no space left, or not writable
        └── SchemaError               the database was made by another version

A message says what failed, the offending value, and what to do next.
"""

from __future__ import annotations


class VerbatimError(Exception):
    """The root: catch this to catch everything Verbatim raises on purpose."""

    exit_code = 1
    retryable = False


class UserError(VerbatimError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = 2


class SettingsError(UserError):
    """An unknown setting, or one with a wrong value; the message names it."""


class InputError(UserError):
    """A file, row or value that cannot be read."""


class MappingError(InputError):
    """The columns of a file do not match the fields they should fill."""


class TooManyRejects(InputError):
    """Ingest stopped early: more rows were rejected than ``--max-rejects`` allows."""


class ScaleError(UserError):
    """A value outside its scale, an unknown scale, or scales that cannot be mixed."""


class NotFoundError(UserError):
    """What was named is not in the store."""


class EditConflictError(UserError):
    """An edit of themes that contradicts another one, or that somebody else's edit overtook."""


class EmptyError(UserError):
    """There is nothing to work on."""


class NoSkillError(UserError):
    """A predictor whose skill is not proven was asked for; the message has the reason."""


class LeakageError(UserError):
    """A column that cannot be known while a ticket is open was to be predicted from."""


class SignatureError(UserError):
    """A webhook that came in is not signed as agreed, or was signed too long ago; the message is for operators."""


class MissingExtraError(UserError):
    """An optional dependency is not installed; the message has the pip command."""


class EncoderError(VerbatimError):
    """No embedding model was found, or the one found is not the one expected."""


class StorageError(VerbatimError):
    """The database or the disk failed."""


class StoreBusyError(StorageError):
    """Another process holds the database; trying again can succeed."""

    retryable = True


class StoreFullError(StorageError):
    """No space is left on the device, or it cannot be written to."""


class SchemaError(StorageError):
    """The database's schema is not the one this version expects."""
