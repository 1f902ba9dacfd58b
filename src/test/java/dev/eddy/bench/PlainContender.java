package dev.eddy.bench;

import dev.eddy.config.EddyConfig;
import dev.eddy.stream.Eddy;
import dev.eddy.stream.StreamsSettings;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams without a network, with Eddy's settings: a record of the size of a prediction for every event, and, where
 * {@code stateSize} is not 0, as many bytes read and rewritten in a RocksDB store, with or without Kafka's record cache.
 */
record PlainContender(String name, int outputSize, int stateSize, boolean recordCache, Map<String, String> settings)
        implements Contender {
    @Override
    public Running start(EddyConfig config) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<byte[], byte[]> events = builder.stream(
                config.getString(EddyConfig.INPUT_TOPIC), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()));
        outputs(builder, events)
                .to(config.getString(EddyConfig.OUTPUT_TOPIC), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        KafkaStreams streams = new KafkaStreams(builder.build(), StreamsSettings.of(config));
        streams.start();
        return new RunningStreams(streams);
    }

    private KStream<byte[], byte[]> outputs(StreamsBuilder builder, KStream<byte[], byte[]> events) {
        byte[] output = new byte[outputSize];
        if (stateSize == 0) {
            return events.mapValues(event -> output);
        }
        StoreBuilder<KeyValueStore<Bytes, byte[]>> store = Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Eddy.STATE_STORE), Serdes.Bytes(), Serdes.ByteArray());
        builder.addStateStore(recordCache ? store.withCachingEnabled() : store.withCachingDisabled());
        return events.processValues(() -> new Rewriter(output, stateSize), Eddy.STATE_STORE);
    }

    /** Reads the bytes of the key and writes others. */
    private static final class Rewriter extends ContextualFixedKeyProcessor<byte[], byte[], byte[]> {
        private final byte[] output;
        private final int stateSize;

        Rewriter(byte[] output, int stateSize) {
            this.output = output;
            this.stateSize = stateSize;
        }

        @Override
        public void process(FixedKeyRecord<byte[], byte[]> event) {
            KeyValueStore<Bytes, byte[]> store = context().getStateStore(Eddy.STATE_STORE);
            byte[] old = store.get(Bytes.wrap(event.key()));
            byte[] fresh = new byte[stateSize];
            fresh[0] = old == null ? 0 : (byte) (old[0] + 1);
            store.put(Bytes.wrap(event.key()), fresh);
            context().forward(event.withValue(output));
        }
    }

    private record RunningStreams(KafkaStreams streams) implements Running {
        @Override
        public boolean isAlive() {
            return streams.state() != KafkaStreams.State.ERROR
                    && !streams.state().hasCompletedShutdown();
        }

        @Override
        public void close() {
            streams.close(Duration.ofSeconds(20));
        }
    }
}
