"""What was known of a ticket at a moment: its log, how it stood, who asked, what was written; features of it."""
