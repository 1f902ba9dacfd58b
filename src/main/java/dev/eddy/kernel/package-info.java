/**
 * Arithmetic on {@code float[]}: the only place that multiplies, adds and evaluates activations. Every implementation of
 * {@link dev.eddy.kernel.Kernel} gives the same bits; the scalar one is the specification.
 */
package dev.eddy.kernel;
