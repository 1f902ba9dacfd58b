/**
 * Model files: reading, checking and writing them (safetensors), importing others into them (ONNX, PyTorch). Everything here
 * treats its input as hostile: sizes are checked before memory is taken.
 */
package dev.eddy.artifact;
