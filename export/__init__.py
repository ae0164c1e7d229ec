"""From a model of this project to ONNX files that need neither PyTorch nor us."""
