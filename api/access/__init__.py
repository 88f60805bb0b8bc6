"""Who may do what: keys, logins, scopes, and the check before every operation."""
