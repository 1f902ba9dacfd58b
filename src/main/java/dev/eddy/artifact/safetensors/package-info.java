/** The safetensors container: an 8-byte header length, a JSON header, raw little-endian tensors. Knows no models. */
package dev.eddy.artifact.safetensors;
