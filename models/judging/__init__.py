"""What a predictor is worth, and whether it still is: metrics, evaluation, drift, the model card."""
