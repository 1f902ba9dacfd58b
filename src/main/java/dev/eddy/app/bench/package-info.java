/**
 * {@code eddy bench}: what a model costs on this machine, alone and in a stream, and what follows for a load. Everything it
 * starts and writes is its own and gone at the end.
 */
package dev.eddy.app.bench;
