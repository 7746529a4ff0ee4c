"""
Whether new points are as well placed as the fitted: placed.py coords.npy labels.npy FITTED, where the first FITTED rows
were fitted and the others placed among them. Prints label accuracies by the 15 nearest fitted rows on the map:
  fittedAccuracy  of the fitted, each left out
  placedAccuracy  of the others
"""
import json
import sys

from exact import np
from judge import K, accuracy, on_map
from sklearn.neighbors import KDTree

coords, labels, fitted = sys.argv[1:]
y, labels, fitted = np.load(coords).astype(np.float64), np.load(labels), int(fitted)
near = KDTree(y[:fitted]).query(y[fitted:], K, return_distance=False)
print(json.dumps({
    'fittedAccuracy': accuracy(labels[on_map(y[:fitted], np.arange(fitted))], labels[:fitted]),
    'placedAccuracy': accuracy(labels[near], labels[fitted:]),
}))
