/**
 * Composition: starts and stops brokers, clients and the processor, and carries out what the commands ask for. Knows every
 * other package but the command line; a failure here is a sentence for the user.
 */
package dev.eddy.app;
