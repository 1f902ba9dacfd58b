package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@link CommitHook} needs of Kafka Streams. A processor does nothing with its records until the hook runs; the driver
 * commits after every record, in the way of a running task. That nothing is lost in a crash is shown by the crash tests.
 */
class CommitHookTest {
    private static final String HOOKED = "hooked";
    private static final String PLAIN = "plain";

    @TempDir
    private Path directory;

    @Test
    void shouldForwardAndWriteWithinTheCommit() {
        try (TopologyTestDriver driver = driver(false)) {
            input(driver).pipeInput("a", "1");
            input(driver).pipeInput("b", "2");
            assertThat(read(driver, "out")).containsExactly("1", "2");
            // The store with the hook has a cache, which must be flushed after the hook ran, in the same commit.
            assertThat(read(driver, "app-" + HOOKED + "-changelog")).containsExactly("1", "2");
            assertThat(read(driver, "app-" + PLAIN + "-changelog")).containsExactly("1", "2");
        }
    }

    @Test
    void shouldFailTheCommitWithTheHook() {
        TopologyTestDriver driver = driver(true);
        assertThatThrownBy(() -> input(driver).pipeInput("a", "1")).hasRootCauseMessage("no");
        assertThatThrownBy(driver::close).hasRootCauseMessage("no"); // it commits, too
    }

    @Test
    void shouldRefuseAStoreWithoutAHook() {
        KeyValueStore<Bytes, byte[]> plain = plain(PLAIN).build();
        assertThatThrownBy(() -> CommitHook.forget(plain))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bring its own stores");
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> plain(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray());
    }

    private TopologyTestDriver driver(boolean fails) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("in", Consumed.with(Serdes.String(), Serdes.String()))
                .process(new ProcessorSupplier<String, String, String, String>() {
                    @Override
                    public Processor<String, String, String, String> get() {
                        return new Late(fails);
                    }

                    @Override
                    public Set<StoreBuilder<?>> stores() {
                        return Set.of(
                                CommitHook.on(plain(HOOKED).withCachingEnabled()),
                                plain(PLAIN).withCachingDisabled());
                    }
                })
                .to("out", Produced.with(Serdes.String(), Serdes.String()));
        Topology topology = builder.build();
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        return new TopologyTestDriver(topology, settings);
    }

    private static TestInputTopic<String, String> input(TopologyTestDriver driver) {
        return driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
    }

    private static List<String> read(TopologyTestDriver driver, String topic) {
        TestOutputTopic<String, String> out =
                driver.createOutputTopic(topic, new StringDeserializer(), new StringDeserializer());
        return out.readValuesToList();
    }

    /** Keeps its records until the hook runs. */
    private static final class Late implements Processor<String, String, String, String> {
        private final boolean fails;
        private final List<Record<String, String>> kept = new ArrayList<>();
        private ProcessorContext<String, String> context;

        Late(boolean fails) {
            this.fails = fails;
        }

        @Override
        public void init(ProcessorContext<String, String> processorContext) {
            context = processorContext;
            CommitHook.before(context.getStateStore(HOOKED), CommitHook.forwarding(context, this::work));
        }

        @Override
        public void process(Record<String, String> record) {
            kept.add(record);
        }

        private void work() {
            if (fails && !kept.isEmpty()) {
                throw new IllegalStateException("no");
            }
            for (Record<String, String> record : kept) {
                byte[] value = record.value().getBytes(StandardCharsets.UTF_8);
                Bytes key = Bytes.wrap(record.key().getBytes(StandardCharsets.UTF_8));
                context.<KeyValueStore<Bytes, byte[]>>getStateStore(HOOKED).put(key, value);
                context.<KeyValueStore<Bytes, byte[]>>getStateStore(PLAIN).put(key, value);
                context.forward(record);
            }
            kept.clear();
        }
    }
}
