package dev.eddy.bench;

import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.config.EddyConfig;
import dev.eddy.network.LiveModel;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import dev.eddy.stream.Event;
import dev.eddy.stream.InMemoryPending;
import dev.eddy.stream.Inference;
import dev.eddy.stream.InferenceMonitor;
import dev.eddy.stream.Outcome;
import dev.eddy.stream.SequenceRules;
import dev.eddy.stream.SequenceStores;
import dev.eddy.stream.StateAccess;
import dev.eddy.wire.Formats;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What Eddy writes for an event.
 *
 * @param prediction bytes of a prediction, on average
 * @param state      bytes of a state
 */
record Sizes(int prediction, int state) {
    private static final int SAMPLE = 1_000;

    static Sizes of(EddyConfig config, LiveModel model, BenchEvents events) {
        LiveDeployments always = LiveDeployments.always(model);
        AtomicLong bytes = new AtomicLong();
        try (Inference inference = new Inference(
                Formats.events(config).get(),
                Formats.predictions(config).get(),
                () -> always,
                new SequenceStores(new OneState(), new InMemoryPending()),
                SequenceRules.NONE,
                InferenceMonitor.NONE,
                (event, outcome) -> bytes.addAndGet(((Outcome.Predicted) outcome).bytes().length))) {
            for (int i = 0; i < SAMPLE; i++) {
                long now = System.currentTimeMillis();
                Event event =
                        new Event(events.nextKey(), now, new RecordHeaders(), events.nextValue(), Event.Origin.UNKNOWN);
                inference.infer(event, now);
            }
        }
        return new Sizes((int) (bytes.get() / SAMPLE), StateCodec.size(new SequenceState(model)));
    }

    /** All keys are one sequence: sizes do not depend on it. */
    private static final class OneState implements StateAccess {
        private byte[] bytes;

        @Override
        public byte[] get(byte[] key) {
            return bytes;
        }

        @Override
        public void put(byte[] key, byte[] state) {
            bytes = state;
        }

        @Override
        public void delete(byte[] key) {
            bytes = null;
        }
    }
}
