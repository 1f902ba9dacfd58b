/**
 * Networks that ONNX Runtime runs. The only package that links to {@code ai.onnxruntime}, which may be absent; it is loaded by
 * name.
 */
package dev.eddy.network.onnxruntime;
