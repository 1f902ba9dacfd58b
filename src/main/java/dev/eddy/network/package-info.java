/**
 * Immutable networks: cells that read like their equations, dense layers and heads, composed to one
 * {@link dev.eddy.network.Network#step step}. No input or output, no clock, no Kafka; arithmetic only through a
 * {@link dev.eddy.kernel.Kernel}.
 */
package dev.eddy.network;
