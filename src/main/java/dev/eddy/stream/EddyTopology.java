package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/** The topology of {@code eddy run}: events in, predictions and dead letters out. Every node has a name of its own. */
public final class EddyTopology {
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
        KStream<byte[], Outcome> outcomes = events.process(eddy.inference(), Named.as("inference"));
        outcomes.flatMapValues(EddyTopology::prediction, Named.as("predicted"))
                .to(config.getString(EddyConfig.OUTPUT_TOPIC), produced("predictions"));
        outcomes.flatMapValues(EddyTopology::original, Named.as("rejected"))
                .to(config.getString(EddyConfig.DEAD_LETTER_TOPIC), produced("dead-letters"));
        return builder.build();
    }

    private static KStream<byte[], byte[]> source(StreamsBuilder builder, List<String> topics, String name) {
        return builder.stream(
                topics,
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                        .withTimestampExtractor(new EventTimeExtractor())
                        .withName(name));
    }

    private static Produced<byte[], byte[]> produced(String name) {
        return Produced.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(name);
    }

    private static Iterable<byte[]> prediction(Outcome outcome) {
        return outcome instanceof Outcome.Predicted predicted ? List.of(predicted.bytes()) : List.of();
    }

    private static Iterable<byte[]> original(Outcome outcome) {
        return outcome instanceof Outcome.Rejected rejected
                ? Collections.singletonList(rejected.original())
                : List.of();
    }
}
