/**
 * ONNX files as PyTorch exports them, read into a model file. The graph is interpreted on symbols: every operator either has
 * a meaning for the operands it is given, or the file is refused with the node and a way out; nothing is guessed.
 */
package dev.eddy.artifact.onnx;
