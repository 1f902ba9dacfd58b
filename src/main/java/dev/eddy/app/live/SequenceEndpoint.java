package dev.eddy.app.live;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.config.EddyConfig;
import dev.eddy.http.SequenceAnswer;
import dev.eddy.state.CorruptStateException;
import dev.eddy.stream.LiveSequence;
import dev.eddy.stream.LiveSequences;
import dev.eddy.wire.KeyText;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.kafka.streams.errors.StreamsException;

/**
 * Answers {@code GET /sequences/KEY}, with {@code ?model=NAME} where events name their models: model, steps, time of the last event and the state's bytes, or why not. Every answer
 * names the pipeline and the instance, so that whoever asked knows whom it has reached; a 404 names the partitions that were
 * searched, so that it knows whether anybody has searched them all.
 */
public final class SequenceEndpoint implements BiFunction<String, String, SequenceAnswer> {
    static final String PIPELINE = "pipeline";
    static final String INSTANCE = "instance";
    static final String KEY = "key";
    static final String MODEL = "model";
    static final String VERSION = "version";
    static final String FINGERPRINT = "fingerprint";
    static final String GENERATION = "generation";
    static final String STEPS = "steps";
    static final String LAST_EVENT_TIME = "lastEventTime";
    static final String STATE = "state";
    static final String PARTITIONS = "partitions";
    static final String ERROR = "error";

    private static final JsonMapper JSON = new JsonMapper();

    private final EddyConfig config;
    private final LiveSequences sequences;

    public SequenceEndpoint(EddyConfig config, LiveSequences sequences) {
        this.config = config;
        this.sequences = sequences;
    }

    @Override
    public SequenceAnswer apply(String key, String model) {
        if (config.selectsModels() != (model != null)) {
            return answer(
                    400,
                    from().put(
                                    ERROR,
                                    model == null
                                            ? "a key has a sequence for each model here: name one, with ?model=NAME or"
                                                    + " --model-name"
                                            : "a key has one sequence here, so leave the name of a model out"));
        }
        try {
            LiveSequences.Search search = sequences.search(model, KeyText.bytes(key));
            return search.sequence() == null
                    ? notFound(key, search.partitions())
                    : answer(200, found(key, search.sequence()));
        } catch (StreamsException e) {
            return refusal("its states cannot be read at this moment, it is starting or stopping");
        } catch (IllegalStateException | CorruptStateException e) {
            return refusal(e.getMessage());
        }
    }

    private SequenceAnswer notFound(String key, Set<Integer> partitions) {
        ObjectNode json = from().put(ERROR, "this instance holds no sequence '" + key + "'; ask the others");
        ArrayNode searched = json.putArray(PARTITIONS);
        partitions.forEach(searched::add);
        return answer(404, json);
    }

    private ObjectNode found(String key, LiveSequence sequence) {
        return from().put(KEY, key)
                .put(MODEL, sequence.model().name())
                .put(VERSION, sequence.model().version())
                .put(FINGERPRINT, sequence.model().fingerprint().toString())
                .put(GENERATION, sequence.generation())
                .put(STEPS, sequence.steps())
                .put(LAST_EVENT_TIME, sequence.lastEventTime())
                .put(STATE, sequence.bytes());
    }

    private SequenceAnswer refusal(String sentence) {
        return answer(503, from().put(ERROR, sentence));
    }

    private ObjectNode from() {
        return JSON.createObjectNode().put(PIPELINE, config.pipeline()).put(INSTANCE, config.instanceId());
    }

    private static SequenceAnswer answer(int status, ObjectNode json) {
        return new SequenceAnswer(status, json.toString());
    }
}
