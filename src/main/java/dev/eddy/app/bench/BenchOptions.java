package dev.eddy.app.bench;

import dev.eddy.artifact.ModelFile;
import java.nio.file.Path;
import java.util.Map;

/**
 * What is measured.
 *
 * @param model           the model file
 * @param directory       where topics and states are kept meanwhile, in a directory of their own
 * @param format          of events and predictions: json or avro
 * @param valueSize       bytes of an event's value, at least; more where the model's fields need more
 * @param keys            sequences, all equally busy
 * @param seconds         for how long the stream is measured, about
 * @param threads         stream threads
 * @param partitions      of all topics
 * @param eventsPerSecond the load to size for; 0 for none
 * @param settings        of Eddy and Kafka, over those of the benchmark
 */
public record BenchOptions(
        ModelFile model,
        Path directory,
        String format,
        int valueSize,
        int keys,
        int seconds,
        int threads,
        int partitions,
        double eventsPerSecond,
        Map<String, String> settings) {}
