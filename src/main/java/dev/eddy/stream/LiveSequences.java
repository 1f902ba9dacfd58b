package dev.eddy.stream;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import dev.eddy.state.StateCodec;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The sequences of a running topology with Eddy in it, as they are at this moment, read by an interactive query on
 * {@link Eddy#STATE_STORE}:
 *
 * <pre>{@code
 * LiveSequences sequences = LiveSequences.of(streams, catalogue);
 * sequences.rollout(key).ifPresent(sequence -> new Forecaster(model).forecast(sequence, 1000, 24));
 * }</pre>
 *
 * <p>Only sequences of this instance's partitions are found. A query sees what the stream has written last, also what it has
 * not committed yet: Kafka Streams has no committed reads of its stores. Such a step may be undone by a crash; it is then
 * repeated with the same bits, so a state that is seen here may be early but not wrong. Usable from any thread.
 */
public final class LiveSequences {
    private final KafkaStreams streams;
    private final Supplier<LiveDeployments> deployments;

    private LiveSequences(KafkaStreams streams, Supplier<LiveDeployments> deployments) {
        this.streams = streams;
        this.deployments = deployments;
    }

    /** The sequences of a topology whose models come from the control topic. */
    public static LiveSequences of(KafkaStreams streams, Catalogue catalogue) {
        return new LiveSequences(streams, catalogue::live);
    }

    /** The sequences of a topology with one model. */
    public static LiveSequences of(KafkaStreams streams, LiveModel model) {
        LiveDeployments always = LiveDeployments.always(model);
        return new LiveSequences(streams, () -> always);
    }

    /**
     * Copies the state of a sequence.
     *
     * @param key key of its events
     * @return empty if this instance holds no such sequence
     * @throws InvalidStateStoreException if the instance is starting, moving partitions or stopping; try again
     * @throws IllegalStateException if the model of the state is not loaded
     */
    public Optional<LiveSequence> find(byte[] key) {
        byte[] bytes = read(key);
        if (bytes == null) {
            return Optional.empty();
        }
        LiveDeployment owner = deployments.get().ownedBy(fingerprint -> StateCodec.belongsTo(bytes, fingerprint));
        if (owner == null) {
            throw new IllegalStateException("the state of this key belongs to a model that is not loaded here");
        }
        return Optional.of(LiveSequence.of(owner.model(), bytes));
    }

    /**
     * A sequence on a copy of its state, to be stepped by hand.
     *
     * @return empty if this instance holds no such sequence
     * @throws InvalidStateStoreException if the instance is starting, moving partitions or stopping; try again
     * @throws IllegalStateException if the model of the state is not loaded
     * @throws dev.eddy.model.InvalidModelException if the model cannot go on by itself
     */
    public Optional<Rollout> rollout(byte[] key) {
        return find(key).map(LiveSequence::rollout);
    }

    private byte[] read(byte[] key) {
        try {
            ReadOnlyKeyValueStore<Bytes, byte[]> store = streams.store(
                    StoreQueryParameters.fromNameAndType(Eddy.STATE_STORE, QueryableStoreTypes.keyValueStore()));
            return store.get(Bytes.wrap(key));
        } catch (InvalidStateStoreException e) {
            if (holdsNothing()) {
                return null;
            }
            throw e;
        }
    }

    /** An instance more than there are partitions runs, but has no store. */
    private boolean holdsNothing() {
        return streams.state() == KafkaStreams.State.RUNNING
                && streams.metadataForLocalThreads().stream()
                        .allMatch(thread -> thread.activeTasks().isEmpty());
    }
}
