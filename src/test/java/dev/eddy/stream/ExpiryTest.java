package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Ending;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec.Emit;
import dev.eddy.network.LiveModel;
import dev.eddy.state.StateCodec;
import dev.eddy.testing.TestModels;
import dev.eddy.testing.WaitingModels;
import dev.eddy.wire.AvroPredictions;
import dev.eddy.wire.JsonPredictions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sequences that are given up. */
class ExpiryTest {
    private static final ModelFile PREDICTOR = TestModels.predictor("m", "1", CellKind.LSTM, 5, 1);
    private static final LiveModel WAITING =
            TestModels.live(WaitingModels.forward(CellKind.GRU, 2, null, Emit.EVERY, 1));

    @Test
    void shouldDeleteAllThatIsKeptOfASequenceWithoutEvents() {
        Replay replay = new Replay(TestModels.live(PREDICTOR), SequenceRules.NONE.withTtl(100, false));
        replay.value("a", 0, 1);
        replay.value("a", 40, 1);
        replay.value("b", 139, 1);
        assertThat(replay.state("a")).isNotNull();
        replay.value("b", 140, 1);
        assertThat(replay.state("a")).isNull();
        assertThat(replay.endings).containsOnly(Map.entry(Ending.TTL, 1));
        assertThat(replay.results).hasSize(4);
        assertThat(replay.pendingSize()).isEqualTo(2); // a timer and a count of sequences
        replay.value("a", 141, 1);
        assertThat(replay.results.get(4).step()).isEqualTo(1);
    }

    @Test
    void shouldAnswerWhatWaitsAndThenTellOfTheEnd() {
        Replay replay = new Replay(WAITING, SequenceRules.NONE.withTtl(100, true));
        replay.value("a", 0, 1);
        replay.value("a", 40, 1);
        replay.value("b", 500, 1);
        List<Replay.Result> results = replay.results;
        assertThat(results).hasSize(3);
        assertThat(results.get(0).predicted().prediction().end()).isNull();
        assertThat(results.get(1).step()).isEqualTo(2);
        assertThat(new String(results.get(2).predicted().bytes(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"key\":\"a\",\"timestamp\":40,\"step\":2,\"model\":\"w\",\"version\":\"1\",\"fingerprint\":\""
                                + WAITING.id().fingerprint() + "\",\"start\":\"cold\",\"values\":[],\"end\":\"ttl\"}");
        assertThat(results.get(2).event().time()).isEqualTo(40);
        assertThat(results.get(2).event().headers()).isEmpty();
        assertThat(replay.pendingSize()).isEqualTo(3);
    }

    @Test
    void shouldTellOfTheEndWhereTheKeyComesBackFirst() {
        Replay replay = new Replay(WAITING, SequenceRules.NONE.withTtl(100, true));
        replay.value("a", 0, 1);
        replay.value("a", 100, 1);
        assertThat(replay.results).hasSize(2);
        assertThat(replay.results.get(1).predicted().prediction().end()).isEqualTo(Ending.TTL);
        assertThat(StateCodec.steps(replay.state("a"))).isEqualTo(1);
    }

    @Test
    void shouldGoByTheSmallerPeriod() {
        Replay idle = new Replay(WAITING, SequenceRules.NONE.withIdle(50).withTtl(100, true));
        idle.value("a", 0, 1);
        idle.value("b", 50, 1);
        assertThat(idle.endings).containsOnly(Map.entry(Ending.IDLE, 1));
        assertThat(idle.results).hasSize(1);

        Replay same = new Replay(WAITING, SequenceRules.NONE.withIdle(100).withTtl(100, true));
        same.value("a", 0, 1);
        same.value("b", 100, 1);
        assertThat(same.endings).containsOnly(Map.entry(Ending.IDLE, 1));

        Replay ttl = new Replay(WAITING, SequenceRules.NONE.withIdle(100).withTtl(50, true));
        ttl.value("a", 0, 1);
        ttl.value("b", 50, 1);
        assertThat(ttl.endings).containsOnly(Map.entry(Ending.TTL, 1));
        assertThat(ttl.results).hasSize(2);
    }

    @Test
    void shouldSayNothingOfOtherEnds() {
        Replay replay = new Replay(TestModels.live(PREDICTOR), SequenceRules.NONE.withTtl(100, true));
        replay.value("a", 0, 1);
        replay.event("a", 1, null);
        replay.value("a", 2, 1);
        replay.end();
        assertThat(replay.results)
                .hasSize(2)
                .allMatch(result -> result.predicted().prediction().end() == null);
        assertThat(replay.pendingSize()).isZero();
    }

    @Test
    void shouldNotNameAModelThatIsGone() {
        Replay replay = new Replay(WAITING, SequenceRules.NONE.withTtl(100, true));
        replay.value("a", 0, 1);
        replay.replaceModel(TestModels.live(PREDICTOR));
        replay.value("b", 100, 1);
        assertThat(replay.results).hasSize(2);
        assertThat(replay.results.get(0).reason()).isEqualTo("NO_MODEL");
        assertThat(replay.endings).containsOnly(Map.entry(Ending.TTL, 1));
    }

    @Test
    void shouldDoNoMoreForAnEventWhenManySequencesAreOver() {
        int keys = 20_000;
        Replay replay = new Replay(TestModels.live(PREDICTOR), SequenceRules.NONE.withTtl(1_000, false));
        for (int k = 0; k < keys; k++) {
            replay.value("idle-" + k, 0, 1);
        }
        assertThat(replay.pending.calls).isLessThan(2 * keys + 10);
        replay.pending.shown = 0;
        for (int i = 0; replay.states.keys().size() > 1; i += 100) {
            int calls = replay.pending.calls;
            int states = replay.states.keys().size();
            for (int j = 0; j < 100; j++) {
                replay.value("live", 1_000 + i / 100, 1);
            }
            assertThat(states - replay.states.keys().size()).isLessThanOrEqualTo(100 * Inference.EXPIRED_PER_EVENT);
            // Each timer is taken out twice, by the look and with its state, and its sequence counted; now and then the
            // next ones are read.
            assertThat(replay.pending.calls - calls).isLessThan(100 * (3 * Inference.EXPIRED_PER_EVENT + 1));
        }
        // What was taken out is not passed again.
        assertThat(replay.pending.shown).isLessThan(keys + keys / 50);
        assertThat(replay.endings).containsOnly(Map.entry(Ending.TTL, keys));
    }

    @Test
    void shouldLetTheClockExpireWhatAQuietPartitionHolds(@TempDir Path directory) {
        Map<String, String> settings = Map.of(
                "eddy.sequence.ttl.ms", "60000", "eddy.sequence.ttl.end.records", "true", "eddy.reorder.ms", "10000");
        try (TopologyFixture topology = new TopologyFixture(directory, settings)) {
            topology.publish(PREDICTOR);
            topology.deploy(PREDICTOR.id(), 0);
            topology.event("a", 1_000, "{\"value\":1}");
            topology.driver.advanceWallClockTime(Duration.ofSeconds(10));
            assertThat(topology.prediction().has("end")).isFalse();
            topology.driver.advanceWallClockTime(Duration.ofSeconds(59));
            assertThat(topology.state("a")).isNotNull();
            topology.driver.advanceWallClockTime(Duration.ofSeconds(1));
            JsonNode end = topology.prediction();
            assertThat(end.get("end").textValue()).isEqualTo("ttl");
            assertThat(end.get("values")).isEmpty();
            assertThat(topology.state("a")).isNull();
            KeyValueStore<Bytes, byte[]> pending = topology.driver.getKeyValueStore(Eddy.PENDING_STORE);
            try (var left = pending.all()) {
                // The marks of the held events, and no more.
                assertThat(left.next().key.get()).containsExactly('S');
                assertThat(left.hasNext()).isFalse();
            }
        }
    }

    @Test
    void shouldWriteTheSameEndInAvro(@TempDir Path directory) throws IOException {
        Map<String, String> settings = Map.of(
                "eddy.sequence.ttl.ms", "100", "eddy.sequence.ttl.end.records", "true", "eddy.output.format", "avro");
        try (TopologyFixture topology = new TopologyFixture(directory, settings)) {
            topology.publish(PREDICTOR);
            topology.deploy(PREDICTOR.id(), 0);
            topology.event("a", 1_000, "{\"value\":1}");
            topology.event("b", 1_100, "{\"value\":1}");
            topology.predictions.readValue();
            var record = topology.predictions.readRecord();
            assertThat(record.timestamp()).isEqualTo(1_000);
            var end = AvroPredictions.decode(record.key(), record.value());
            assertThat(end.end()).isEqualTo(Ending.TTL);
            assertThat(new String(new JsonPredictions().encode(end), StandardCharsets.UTF_8))
                    .startsWith("{\"key\":\"a\",\"timestamp\":1000,\"step\":1,\"model\":\"m\"")
                    .endsWith("\"values\":[],\"end\":\"ttl\"}");
        }
    }
}
