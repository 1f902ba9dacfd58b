/**
 * PyTorch state dicts in safetensors files, made model files: what the tensors tell need not be said in the spec. Tensors keep
 * their names and types.
 */
package dev.eddy.artifact.pytorch;
