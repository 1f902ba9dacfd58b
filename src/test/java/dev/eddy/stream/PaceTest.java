package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.DeploymentHistory;
import dev.eddy.catalogue.Transition;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.testing.TestModels;
import dev.eddy.wire.JsonEvents;
import dev.eddy.wire.JsonPredictions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an inference puts off changes nothing: random events of many keys, over all kinds of deployments, give the same bytes
 * in the same order for each key, and the same stores, as an inference that does everything at once.
 */
class PaceTest {
    private static final int EVENTS = 4_000;
    private static final int KEYS = 40;
    private static final long IDLE = 400;
    private static final long DEPLOYED_EVERY = 500;

    private final ModelFile first = TestModels.predictor("m", "1", CellKind.LSTM, 6, 1);
    private final ModelFile second = TestModels.predictor("m", "2", CellKind.GRU, 5, 2);
    private final ModelFile successor = TestModels.successor(first, "3");
    private final Catalogue catalogue = new Catalogue("p", 4 << 20);

    @BeforeEach
    void deployAll() throws Exception {
        Map<String, byte[]> control = new HashMap<>();
        for (ModelFile file : List.of(first, second, successor)) {
            Map<String, byte[]> records = ControlRecords.publish(file, 0);
            control.putAll(records);
            records.forEach((key, value) -> catalogue.accept(key, value, control::get));
        }
        assertThat(catalogue.awaitLoaded(Duration.ofSeconds(20))).isTrue();
        DeploymentHistory history = DeploymentHistory.EMPTY;
        for (Deployment deployment : deployments()) {
            history = history.with(deployment);
        }
        catalogue.accept(ControlRecords.deploymentKey("p"), ControlRecords.encode("p", history), control::get);
    }

    private List<Deployment> deployments() {
        Challenger shadow = new Challenger(second.id(), 0.5, false, 3, null);
        Challenger canary = new Challenger(second.id(), 0.5, true, 3, null);
        List<Deployment> all = new ArrayList<>();
        all.add(deployment(all, first, Transition.RESET, null));
        all.add(deployment(all, second, Transition.warm(4), null));
        all.add(deployment(all, first, Transition.RESTORE, null));
        all.add(deployment(all, successor, Transition.CARRY, null));
        all.add(deployment(all, successor, Transition.CARRY, shadow));
        all.add(deployment(all, successor, Transition.CARRY, canary));
        all.add(deployment(all, second, Transition.warm(6), null));
        all.add(deployment(all, first, Transition.RESET, null));
        return all;
    }

    private static Deployment deployment(
            List<Deployment> before, ModelFile model, Transition transition, Challenger challenger) {
        long from = before.isEmpty() ? 0 : before.size() * DEPLOYED_EVERY;
        return new Deployment(before.size() + 1, model.id(), from, 0, transition, 1_000, challenger, "");
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1000000, 0",
        "2, 4, 0, 0",
        "3, 4, 3000, 0",
        "4, 32, 1000000, 0",
        "5, 1, 1, 0",
        "6, 7, 20000, 0",
        "7, 32, 1000000, 1",
        "8, 5, 3000, 1"
    })
    void shouldGiveTheSameWhateverIsPutOff(long seed, int batch, long cacheBytes, int rules) {
        SequenceRules plain = SequenceRules.NONE.withNumber("n").withTtl(IDLE, true);
        SequenceRules sequenceRules = rules == 0 ? plain : plain.withReorder(40);
        Side atOnce = new Side(sequenceRules, Pace.AT_ONCE);
        Side putOff = new Side(sequenceRules, new Pace(batch, Duration.ZERO, () -> cacheBytes));
        SplittableRandom random = new SplittableRandom(seed);
        long time = 0;
        long streamTime = 0;
        for (int i = 0; i < EVENTS; i++) {
            time += random.nextInt(3);
            // Two in three keys are few.
            String key = "key-" + random.nextInt(random.nextInt(3) == 0 ? KEYS : 5);
            Event event = event(random, key, time - random.nextInt(30), i);
            streamTime = Math.max(streamTime, event.time());
            atOnce.inference.infer(event, streamTime);
            putOff.inference.infer(event, streamTime);
            if (random.nextInt(200) == 0) {
                assertThat(putOff.stores()).isEqualTo(atOnce.stores());
            }
        }
        assertThat(putOff.stores()).isEqualTo(atOnce.stores()).isNotEmpty();
        assertThat(putOff.outcomes).isEqualTo(atOnce.outcomes);
        assertThat(putOff.outcomes.keySet()).hasSizeGreaterThan(KEYS / 2);
    }

    private static Event event(SplittableRandom random, String key, long time, int number) {
        String value = "{\"value\":" + random.nextInt(100) / 8.0 + ",\"n\":" + (number - random.nextInt(20)) + "}";
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        int kind = random.nextInt(60);
        if (kind == 0) {
            bytes = null; // a tombstone
        } else if (kind == 1) {
            bytes = "{\"value\":\"bad\",\"n\":99999}".getBytes(StandardCharsets.UTF_8);
        }
        byte[] keyBytes = kind == 2 ? null : key.getBytes(StandardCharsets.UTF_8);
        return new Event(keyBytes, time, new RecordHeaders(), bytes, Event.Origin.UNKNOWN);
    }

    /** An inference with its stores and what came out. */
    private final class Side {
        final InMemoryStates states = new InMemoryStates();
        final InMemoryPending pending = new InMemoryPending();
        final Map<String, List<String>> outcomes = new TreeMap<>();
        final Inference inference;

        Side(SequenceRules rules, Pace pace) {
            inference = new Inference(
                    new JsonEvents(),
                    new JsonPredictions(),
                    Selection.none(catalogue::live),
                    new SequenceStores(states, pending),
                    rules,
                    pace,
                    InferenceMonitor.NONE,
                    this::accept);
        }

        private void accept(Event event, Outcome outcome) {
            boolean answered = outcome instanceof Outcome.Predicted;
            String text = answered
                    ? new String(((Outcome.Predicted) outcome).bytes(), StandardCharsets.UTF_8)
                    : event.time() + " " + ((Outcome.Rejected) outcome).message();
            String key = event.key() == null ? "no key" : new String(event.key(), StandardCharsets.UTF_8);
            outcomes.computeIfAbsent((answered ? "answers " : "rejections ") + key, k -> new ArrayList<>())
                    .add(text);
        }

        /** All that is stored at a commit, by key. */
        Map<String, String> stores() {
            inference.flush();
            Map<String, String> all = new TreeMap<>();
            states.keys().forEach(key -> all.put("state " + text(key), text(states.get(key))));
            pending.scan(new byte[0], key -> {
                all.put("pending " + text(key), text(pending.get(key)));
                return true;
            });
            return all;
        }

        private static String text(byte[] bytes) {
            return java.util.HexFormat.of().formatHex(bytes);
        }
    }
}
