"""From rows of features to a model that may be used: estimators, folds, calibration, the guard and the gate."""
