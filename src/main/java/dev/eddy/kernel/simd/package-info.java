/** Arithmetic through the Vector API of jdk.incubator.vector; loaded by name where Java was started with that module. */
package dev.eddy.kernel.simd;
