package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class RocksSettingsTest {
    static {
        RocksDB.loadLibrary();
    }

    @TempDir
    private Path directory;

    @Test
    void shouldShareMemoryOfOneApplicationUntilItsLastStoreIsClosed() {
        try (Options first = new Options();
                Options second = new Options()) {
            RocksMemory memory = RocksMemory.acquire("shared", first, 16 << 20);
            assertThat(RocksMemory.acquire("shared", second, 16 << 20)).isSameAs(memory);
            RocksMemory.release("shared", first);
            assertThat(memory.cache().isOwningHandle()).isTrue();
            RocksMemory.release("shared", second);
            assertThat(memory.cache().isOwningHandle()).isFalse();
            assertThat(memory.memtables().isOwningHandle()).isFalse();
            assertThat(RocksMemory.isInUse("shared")).isFalse();
        }
    }

    /** Kafka Streams closes the options of a store that it could not open, and does not tell. */
    @Test
    void shouldNotKeepMemoryForAStoreThatCouldNotBeOpened() {
        try (Options open = new Options()) {
            Options failed = new Options();
            RocksMemory.acquire("failed", failed, 16 << 20);
            RocksMemory.acquire("failed", open, 16 << 20);
            failed.close();
            RocksMemory.release("failed", open);
            assertThat(RocksMemory.isInUse("failed")).isFalse();
        }
    }

    @Test
    void shouldNotShareMemoryBetweenApplications() {
        try (Options first = new Options();
                Options second = new Options()) {
            assertThat(RocksMemory.acquire("one", first, 16 << 20))
                    .isNotSameAs(RocksMemory.acquire("other", second, 16 << 20));
            RocksMemory.release("one", first);
            RocksMemory.release("other", second);
        }
    }

    @Test
    void shouldUpdateStatesInPlaceButNotWhatIsScanned() {
        assertThat(isUpdatedInPlace(Eddy.STATE_STORE)).isTrue();
        assertThat(isUpdatedInPlace(Eddy.PENDING_STORE)).isFalse();
    }

    private static boolean isUpdatedInPlace(String store) {
        boolean[] inPlace = new boolean[1];
        withOptions(store, options -> inPlace[0] = options.inplaceUpdateSupport());
        return inPlace[0];
    }

    private static void withOptions(String store, OptionsUser user) {
        RocksSettings settings = new RocksSettings();
        try (Options options = new Options().setCreateIfMissing(true);
                LRUCache cache = new LRUCache(1 << 20);
                BloomFilter filter = new BloomFilter()) {
            options.setTableFormatConfig(
                    new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter));
            settings.setConfig(store, options, Map.of(StreamsConfig.APPLICATION_ID_CONFIG, "options-of-" + store));
            try {
                user.accept(options);
            } catch (RocksDBException | IOException e) {
                throw new IllegalStateException(e);
            } finally {
                settings.close(store, options);
            }
        }
    }

    @FunctionalInterface
    private interface OptionsUser {
        void accept(Options options) throws RocksDBException, IOException;
    }

    @Test
    void shouldNoticeADamagedFile() {
        withOptions(Eddy.STATE_STORE, options -> {
            byte[] key = "key".getBytes(StandardCharsets.UTF_8);
            try (RocksDB store = RocksDB.open(options, directory.toString());
                    FlushOptions flush = new FlushOptions()) {
                byte[] state = new byte[1_000];
                new SplittableRandom(1).nextBytes(state);
                store.put(key, state);
                store.flush(flush);
            }
            damage(onlyDataFile(), 500);
            try (RocksDB store = RocksDB.open(options, directory.toString())) {
                assertThatThrownBy(() -> store.get(key))
                        .isInstanceOf(RocksDBException.class)
                        .hasMessageContaining("checksum");
            }
        });
    }

    private Path onlyDataFile() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void damage(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    /** Shorter, equal and longer values, deletions and what came before them, in a store as Kafka Streams opens it. */
    @Test
    void shouldReadWhatWasWrittenLastAndFreeMemoryWhenTheStreamCloses() {
        try (TopologyTestDriver driver = new TopologyTestDriver(topology(), settings())) {
            KeyValueStore<Bytes, byte[]> states = driver.getKeyValueStore(Eddy.STATE_STORE);
            Bytes key = Bytes.wrap("key".getBytes(StandardCharsets.UTF_8));
            for (int size : new int[] {8, 8, 3, 100, 99, 8}) {
                byte[] state = new byte[size];
                state[size - 1] = (byte) size;
                states.put(key, state);
                assertThat(states.get(key)).isEqualTo(state);
            }
            states.delete(key);
            assertThat(states.get(key)).isNull();
            states.put(key, new byte[] {1});
            assertThat(states.get(key)).containsExactly(1);
            assertThat(RocksMemory.isInUse("eddy-rocks")).isTrue();
        }
        assertThat(RocksMemory.isInUse("eddy-rocks")).isFalse();
    }

    private Properties settings() {
        return StreamsSettings.of(new EddyConfig(Map.of(
                "bootstrap.servers",
                "unused:1",
                EddyConfig.PIPELINE,
                "eddy-rocks",
                StreamsConfig.STATE_DIR_CONFIG,
                directory.toString())));
    }

    private static Topology topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Eddy.STATE_STORE), Serdes.Bytes(), Serdes.ByteArray()));
        builder.stream("events", Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(Nothing::new, Eddy.STATE_STORE);
        return builder.build();
    }

    private static final class Nothing extends ContextualProcessor<byte[], byte[], Void, Void> {
        @Override
        public void process(Record<byte[], byte[]> event) {
            // The test writes the states.
        }
    }
}
