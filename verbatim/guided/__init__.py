"""An organisation's own themes: a taxonomy, a model that matches comments to it, proposals for what fits nowhere."""
