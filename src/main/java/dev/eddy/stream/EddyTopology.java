package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;

/** The topology of {@code eddy run}: events in, predictions and dead letters out. Every node has a name of its own. */
public final class EddyTopology {
    private static final String INFERENCE = "inference";

    private EddyTopology() {}

    /** Builds it. */
    public static Topology build(EddyConfig config, Eddy eddy) {
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(StreamsSettings.of(config))));
        eddy.addControlTo(builder);
        KStream<byte[], byte[]> events = source(builder, config.inputTopics(), "events");
        String labels = config.labelsTopic();
        if (labels != null) {
            events = events.merge(source(builder, List.of(labels), "labels"), Named.as("events-and-labels"));
        }
        events.process(eddy.inference(), Named.as(INFERENCE));
        Topology topology = builder.build();
        addOutcomes(
                topology, config.getString(EddyConfig.OUTPUT_TOPIC), config.getString(EddyConfig.DEAD_LETTER_TOPIC));
        return topology;
    }

    /** One sink for both topics: an outcome goes straight to its own, without a node that sorts it or takes it apart. */
    private static void addOutcomes(Topology topology, String predictions, String deadLetters) {
        topology.<byte[], Outcome>addSink(
                "outcomes",
                (key, outcome, context) -> outcome instanceof Outcome.Predicted ? predictions : deadLetters,
                new ByteArraySerializer(),
                (topic, outcome) -> outcome.value(),
                INFERENCE);
    }

    private static KStream<byte[], byte[]> source(StreamsBuilder builder, List<String> topics, String name) {
        return builder.stream(
                topics,
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                        .withTimestampExtractor(new EventTimeExtractor())
                        .withName(name));
    }
}
