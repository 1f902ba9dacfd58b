package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.config.EddyConfig;
import dev.eddy.model.Fields;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.Forecaster;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Live states in somebody's own topology, as the README shows it. */
class LiveSequencesIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    @TempDir
    Path directory;

    @Test
    void shouldRollOnFromTheLiveStateOfOnesOwnTopology() {
        KAFKA.createTopics(2, "in");
        LiveModel model = TestModels.live(TestModels.predictor("m", "1", CellKind.GRU, 5, 1));
        EddyConfig config = new EddyConfig(Map.of(
                "bootstrap.servers",
                KAFKA.bootstrapServers(),
                "state.dir",
                directory.toString(),
                "eddy.pipeline",
                "own",
                // What is found was committed.
                "commit.interval.ms",
                "200"));
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("in", Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(Eddy.of(config, model).inference(), Named.as("inference"));
        Properties settings = StreamsSettings.of(config);
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings)) {
            LiveSequences sequences = LiveSequences.of(streams, model);
            assertThatThrownBy(() -> sequences.find(TestKafka.bytes("a")))
                    .isInstanceOf(InvalidStateStoreException.class);
            streams.start();
            Rollout replay = new Rollout(model);
            for (int t = 0; t < 12; t++) {
                KAFKA.produce("in", "a", "{\"value\":" + t + "}", 1_000 + t);
                replay.step(Fields.of(Map.of("value", t)), 1_000 + t);
            }
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> sequences
                                    .find(TestKafka.bytes("a"))
                                    .map(LiveSequence::steps)
                                    .orElse(0L)
                            == 12);
            Rollout live = sequences.rollout(TestKafka.bytes("a")).orElseThrow();
            assertThat(live.deviation()).containsExactly(replay.deviation());
            double[] expected =
                    new Forecaster(model).forecast(replay, 1, 5).get(4).values();
            assertThat(new Forecaster(model).forecast(live, 1, 5).get(4).values())
                    .containsExactly(expected);
            assertThat(sequences.find(TestKafka.bytes("a")).orElseThrow().steps())
                    .isEqualTo(12);
            assertThat(sequences.find(TestKafka.bytes("b"))).isEmpty();
        }
    }
}
