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
 * @param task     what the values mean
 * @param emit     when an output is written
 * @param endField path of a boolean field; an event where it is true is the last of its sequence; {@code null} for none
 * @param probes   events and the values the model must give for them; checked before the model goes live
 * @param stateOf  fingerprints of models whose sequence states this one may carry on
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
    "task",
    "emit",
    "endField",
    "probes",
    "stateOf"
})
public record ModelSpec(
        String name,
        String version,
        List<Feature> features,
        List<LayerSpec> layers,
        EngineSpec engine,
        HeadSpec head,
        List<HeadSpec> heads,
        Task task,
        Emit emit,
        String endField,
        List<Probe> probes,
        List<String> stateOf) {

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
        this(name, version, features, layers, null, head, null, task, emit, null, probes, stateOf);
    }

    /** A model of Eddy's own engine. */
    public ModelSpec(
            String name,
            String version,
            List<Feature> features,
            List<LayerSpec> layers,
            HeadSpec head,
            List<HeadSpec> heads,
            Task task,
            Emit emit,
            String endField,
            List<Probe> probes,
            List<String> stateOf) {
        this(name, version, features, layers, null, head, heads, task, emit, endField, probes, stateOf);
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
        emit = Objects.requireNonNullElse(emit, Emit.EVERY);
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
    }

    /** The one head, or all of them. */
    public List<HeadSpec> allHeads() {
        return heads.isEmpty() ? List.of(head) : heads;
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
                newName, newVersion, features, layers, engine, head, heads, task, emit, endField, probes, stateOf);
    }

    /** The same model with these probes. */
    public ModelSpec withProbes(List<Probe> newProbes) {
        return new ModelSpec(
                name, version, features, layers, engine, head, heads, task, emit, endField, newProbes, stateOf);
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
