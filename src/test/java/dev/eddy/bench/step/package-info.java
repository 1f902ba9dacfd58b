/**
 * The step of a network alone, beside other ways to compute it: JMH measures those in Java, a C program those that bound it.
 * {@link dev.eddy.bench.step.StepBenchmark} runs them in turns and prints the table.
 */
package dev.eddy.bench.step;
