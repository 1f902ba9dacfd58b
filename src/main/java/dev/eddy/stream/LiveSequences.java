package dev.eddy.stream;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import dev.eddy.state.HeldStates;
import dev.eddy.state.StateCodec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.StateQueryRequest;

/**
 * The sequences of a running topology with Eddy in it, as they were at the last commit, read by an interactive query on
 * {@link Eddy#STATE_STORE}:
 *
 * <pre>{@code
 * LiveSequences sequences = LiveSequences.of(streams, catalogue);
 * sequences.rollout(key).ifPresent(sequence -> new Forecaster(model).forecast(sequence, 1000, 24));
 * }</pre>
 *
 * <p>Only sequences of the partitions that this instance processes are found. A query sees what the stream has written last,
 * which is what it had at its last commit, or, of a sequence that was not used again for a while, a little later: Kafka Streams
 * has no committed reads of its stores. Such a step may be undone by a crash; it is then repeated with the same bits, so a state
 * that is seen here may be early but not wrong. Usable from any thread.
 */
public final class LiveSequences {
    private final KafkaStreams streams;
    private final Function<String, LiveDeployments> deployments; // by model name; null where events name none

    private LiveSequences(KafkaStreams streams, Function<String, LiveDeployments> deployments) {
        this.streams = streams;
        this.deployments = deployments;
    }

    /** The sequences of a topology whose models come from the control topic. */
    public static LiveSequences of(KafkaStreams streams, Catalogue catalogue) {
        return new LiveSequences(
                streams,
                name -> name == null ? catalogue.live() : catalogue.named().of(name));
    }

    /** The sequences of a topology with one model. */
    public static LiveSequences of(KafkaStreams streams, LiveModel model) {
        LiveDeployments always = LiveDeployments.always(model);
        return new LiveSequences(streams, name -> always);
    }

    /**
     * What a search gave.
     *
     * @param sequence   a copy of the sequence; null if none of the partitions has it
     * @param partitions those that were searched: which this instance processes at the moment
     */
    public record Search(LiveSequence sequence, Set<Integer> partitions) {}

    /**
     * Looks for a sequence in all partitions that this instance processes.
     *
     * @param key key of its events
     * @throws InvalidStateStoreException if the instance has not started or is stopping
     * @throws IllegalStateException if the model of the state is not loaded, or two partitions have the key
     */
    public Search search(byte[] key) {
        return search(null, key);
    }

    /**
     * Looks for a sequence of a pipeline whose events name their models in all partitions that this instance processes.
     *
     * @param model name of the model that the sequence is of; null where events name no models
     * @param key   key of its events
     * @throws InvalidStateStoreException if the instance has not started or is stopping
     * @throws IllegalStateException if the model of the state is not loaded, or two partitions have the key
     */
    public Search search(String model, byte[] key) {
        // Only of tasks that run: a store that is being restored, or is a standby, may be behind.
        StateQueryRequest<byte[]> request = StateQueryRequest.inStore(Eddy.STATE_STORE)
                .withQuery(
                        KeyQuery.<Bytes, byte[]>withKey(Bytes.wrap(model == null ? key : SequenceKeys.of(model, key))))
                .requireActive();
        byte[] bytes = null;
        Set<Integer> partitions = new TreeSet<>();
        for (Map.Entry<Integer, QueryResult<byte[]>> result :
                streams.query(request).getPartitionResults().entrySet()) {
            if (result.getValue().isSuccess()) {
                partitions.add(result.getKey());
                byte[] here = result.getValue().getResult();
                if (here != null && bytes != null) {
                    throw new IllegalStateException(
                            "two partitions have this key; all events of a key must go to one partition");
                }
                bytes = here == null ? bytes : here;
            }
        }
        return new Search(bytes == null ? null : sequence(model, bytes), partitions);
    }

    private LiveSequence sequence(String model, byte[] bytes) {
        byte[] state = HeldStates.read(bytes).answering();
        LiveModel owner = deployments.apply(model).ownerOf(fingerprint -> StateCodec.belongsTo(state, fingerprint));
        if (owner == null) {
            throw new IllegalStateException("the state of this key belongs to a model that is not loaded here");
        }
        return LiveSequence.of(owner, state);
    }

    /**
     * Copies the state of a sequence.
     *
     * @param key key of its events
     * @return empty if none of the partitions that this instance processes at the moment has it
     * @throws InvalidStateStoreException if the instance has not started or is stopping
     * @throws IllegalStateException if the model of the state is not loaded, or two partitions have the key
     */
    public Optional<LiveSequence> find(byte[] key) {
        return Optional.ofNullable(search(key).sequence());
    }

    /** As {@link #find(byte[])}, where events name their models: under the name of a model. */
    public Optional<LiveSequence> find(String model, byte[] key) {
        return Optional.ofNullable(search(model, key).sequence());
    }

    /**
     * A sequence on a copy of its state, to be stepped by hand.
     *
     * @return empty if none of the partitions that this instance processes at the moment has it
     * @throws InvalidStateStoreException if the instance has not started or is stopping
     * @throws IllegalStateException if the model of the state is not loaded, or two partitions have the key
     * @throws dev.eddy.model.InvalidModelException if the model cannot go on by itself
     */
    public Optional<Rollout> rollout(byte[] key) {
        return find(key).map(LiveSequence::rollout);
    }
}
