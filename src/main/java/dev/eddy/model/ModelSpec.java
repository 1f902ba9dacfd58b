package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a model file says about its network: what it reads from an event, the layers it runs, what its outputs mean.
 *
 * @param name     name of the model; letters, digits, dot, dash and underscore
 * @param version  version of the model; same alphabet as the name
 * @param features what is read from each event, in the order of the network's input
 * @param layers   the stack of layers, first to last
 * @param engine   another engine that runs the network in place of {@code layers}; {@code null} for Eddy's own
 * @param head     what turns the last layer's output into values
 * @param heads    several heads in place of {@code head}, whose values follow one another; empty for one
 * @param decoder  gives a list when a sequence ends, in place of the heads; {@code null} for none
 * @param task     what the values mean
 * @param emit     when an output is written
 * @param endField path of a boolean field; an event where it is true is the last of its sequence; {@code null} for none
 * @param lookAhead how many later events an answer waits for; {@code null}: each is given at its own event
 * @param maxLength longest sequence of a model that reads it whole and answers at its end; {@code null}: it does not
 * @param probes   events and the values the model must give for them; checked before the model goes live
 * @param stateOf  fingerprints of models whose sequence states this one may carry on
 * @param warmUp   how many events of a sequence it should see before it answers in the place of another model; {@code null}
 *                 where it does not say
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({
    "name",
    "version",
    "features",
    "layers",
    "engine",
    "head",
    "heads",
    "decoder",
    "task",
    "emit",
    "endField",
    "lookAhead",
    "maxLength",
    "probes",
    "stateOf",
    "warmUp"
})
public record ModelSpec(
        String name,
        String version,
        List<Feature> features,
        List<LayerSpec> layers,
        EngineSpec engine,
        HeadSpec head,
        List<HeadSpec> heads,
        DecoderSpec decoder,
        Task task,
        Emit emit,
        String endField,
        Integer lookAhead,
        Integer maxLength,
        List<Probe> probes,
        List<String> stateOf,
        Integer warmUp) {
    /** Most events an answer can wait for; each of them is read again for every answer where a layer reads backward. */
    public static final int MAX_LOOK_AHEAD = 1_000;

    /** Longest sequence that can be read whole; its events wait in the store until it ends. */
    public static final int MAX_LENGTH = 100_000;

    /** Longest warm-up; while it lasts, two models run. */
    public static final int MAX_WARM_UP = 1_000_000;

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** A model of one head. */
    public ModelSpec(
            String name,
            String version,
            List<Feature> features,
            List<LayerSpec> layers,
            HeadSpec head,
            Task task,
            Emit emit,
            List<Probe> probes,
            List<String> stateOf) {
        this(name, version, features, layers, head, null, null, task, emit, null, null, null, probes, stateOf);
    }

    /** A model of Eddy's own engine. */
    public ModelSpec(
            String name,
            String version,
            List<Feature> features,
            List<LayerSpec> layers,
            HeadSpec head,
            List<HeadSpec> heads,
            DecoderSpec decoder,
            Task task,
            Emit emit,
            String endField,
            Integer lookAhead,
            Integer maxLength,
            List<Probe> probes,
            List<String> stateOf) {
        this(
                name, version, features, layers, null, head, heads, decoder, task, emit, endField, lookAhead, maxLength,
                probes, stateOf);
    }

    /** A model that does not say how long it warms up. */
    public ModelSpec(
            String name,
            String version,
            List<Feature> features,
            List<LayerSpec> layers,
            EngineSpec engine,
            HeadSpec head,
            List<HeadSpec> heads,
            DecoderSpec decoder,
            Task task,
            Emit emit,
            String endField,
            Integer lookAhead,
            Integer maxLength,
            List<Probe> probes,
            List<String> stateOf) {
        this(
                name, version, features, layers, engine, head, heads, decoder, task, emit, endField, lookAhead,
                maxLength, probes, stateOf, null);
    }

    public ModelSpec {
        requireWord("name", name);
        requireWord("version", version);
        features = copyOf(features);
        layers = copyOf(layers);
        heads = copyOf(heads);
        probes = copyOf(probes);
        stateOf = copyOf(stateOf);
        head = Objects.requireNonNullElse(head, HeadSpec.NONE);
        task = Objects.requireNonNullElse(task, Task.VALUES);
        emit = Objects.requireNonNullElse(emit, decoder == null ? Emit.EVERY : Emit.END);
        if (endField != null) {
            Fields.requirePath(endField);
        }
        if (features.isEmpty()) {
            throw new InvalidModelException("the spec has no features; name at least one field of the event");
        }
        if (!heads.isEmpty() && !head.equals(HeadSpec.NONE)) {
            throw new InvalidModelException("the spec has both a 'head' and 'heads'; put the one among the others");
        } else if (heads.size() > 1 && heads.stream().anyMatch(one -> one.weight() == null)) {
            throw new InvalidModelException("one of the spec's " + heads.size() + " heads names no 'weight'");
        } else if (heads.size() > 1 && task instanceof Task.Tag) {
            throw new InvalidModelException("a tagger has one head, the spec has " + heads.size());
        }
        if (engine != null && !layers.isEmpty()) {
            throw new InvalidModelException(
                    "the spec has both 'layers' and an 'engine' that runs a graph in their place; leave one out");
        } else if (engine != null && engine.headInGraph() && (!heads.isEmpty() || head.weight() != null)) {
            throw new InvalidModelException("the graph holds its head itself, so the spec's head can have no 'weight'");
        }
        requireWaiting(task, emit, lookAhead, maxLength);
        requireRange("warmUp", warmUp, MAX_WARM_UP);
        if (decoder == null) {
            probes.forEach(ModelSpec::requireValuesOfEvents);
        } else {
            requireDecoderAlone(heads.isEmpty() ? head : heads.get(0), task, emit);
            if (lookAhead != null || maxLength != null) {
                throw new InvalidModelException("a model with a 'decoder' reads its events as they come; leave"
                        + " 'lookAhead' and 'maxLength' out");
            }
        }
    }

    private static void requireWaiting(Task task, Emit emit, Integer lookAhead, Integer maxLength) {
        if (lookAhead == null && maxLength == null) {
            return;
        }
        if (lookAhead != null && maxLength != null) {
            throw new InvalidModelException(
                    "the spec has both a 'lookAhead' and a 'maxLength'; an answer waits for some"
                            + " events or for the end of the sequence, keep one of the two");
        }
        requireRange("lookAhead", lookAhead, MAX_LOOK_AHEAD);
        requireRange("maxLength", maxLength, MAX_LENGTH);
        if (lookAhead != null && emit == Emit.END) {
            throw new InvalidModelException(
                    "the spec has a 'lookAhead' but answers at the end of the sequence only; use"
                            + " 'maxLength', or 'emit': every");
        }
        if (task instanceof Task.Predict || task instanceof Task.Language) {
            throw new InvalidModelException("the spec's task foresees events, but with '"
                    + (lookAhead == null ? "maxLength" : "lookAhead")
                    + "' its answers would have seen what they foresee; leave that out");
        }
    }

    private static void requireRange(String what, Integer value, int most) {
        if (value != null && (value < 1 || value > most)) {
            throw new InvalidModelException("the spec's " + what + " is " + value + "; use 1 to " + most);
        }
    }

    private static void requireValuesOfEvents(Probe probe) {
        if (probe.events().size() != probe.values().length) {
            throw new InvalidModelException("a probe needs as many 'values' as 'events', and at least one");
        }
    }

    /** A decoder's list is all its model says. */
    private static void requireDecoderAlone(HeadSpec head, Task task, Emit emit) {
        if (!head.equals(HeadSpec.NONE)) {
            throw new InvalidModelException(
                    "the spec has both a 'head' and a 'decoder'; the head of such a model is the"
                            + " decoder's, and a map of the context is a dense layer");
        } else if (!(task instanceof Task.Values)) {
            throw new InvalidModelException(
                    "a model with a 'decoder' has no other task than 'values'; leave 'task' out");
        } else if (emit != Emit.END) {
            throw new InvalidModelException(
                    "a model with a 'decoder' gives its list when a sequence ends; its 'emit' must be end");
        }
    }

    /** The one head, or all of them. */
    public List<HeadSpec> allHeads() {
        return heads.isEmpty() ? List.of(head) : heads;
    }

    /** Whether answers wait for later events, for some or for all of them. */
    public boolean waits() {
        return lookAhead != null || maxLength != null;
    }

    /** Whether a layer reads backward, so that answers depend on later events. */
    public boolean readsBackward() {
        return layers.stream().anyMatch(LayerSpec::readsBackward);
    }

    /** How many ids a token has for a graph that another engine runs; {@code null} where the graph does not tell. */
    public Integer idsOf(Feature.Token token) {
        int at = 0;
        for (Feature feature : features) {
            if (feature.equals(token)) {
                break;
            }
            at += feature.width();
        }
        return engine.inputAt(at).ids();
    }

    /** When a sequence writes an output. */
    public enum Emit {
        /** One output for every event: many to many. */
        @JsonProperty("every")
        EVERY,
        /** One output for a sequence, when it ends: many to one. */
        @JsonProperty("end")
        END
    }

    /** The same model under another name and version. */
    public ModelSpec named(String newName, String newVersion) {
        return new ModelSpec(
                newName,
                newVersion,
                features,
                layers,
                engine,
                head,
                heads,
                decoder,
                task,
                emit,
                endField,
                lookAhead,
                maxLength,
                probes,
                stateOf,
                warmUp);
    }

    /** The same network as the encoder of a decoder, which answers when a sequence ends. */
    public ModelSpec withDecoder(DecoderSpec newDecoder) {
        return new ModelSpec(
                name,
                version,
                features,
                layers,
                engine,
                head,
                heads,
                newDecoder,
                task,
                null,
                endField,
                lookAhead,
                maxLength,
                probes,
                stateOf,
                warmUp);
    }

    /** The same model with these probes. */
    public ModelSpec withProbes(List<Probe> newProbes) {
        return new ModelSpec(
                name, version, features, layers, engine, head, heads, decoder, task, emit, endField, lookAhead,
                maxLength, newProbes, stateOf, warmUp);
    }

    private static void requireWord(String what, String value) {
        if (value == null || !WORD.matcher(value).matches()) {
            throw new InvalidModelException("the spec's " + what + " is '" + value
                    + "'; use 1 to 128 letters, digits, dots, dashes or underscores, starting with a letter or digit");
        }
    }

    private static <T> List<T> copyOf(List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
