package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.OnnxModel.Port;
import dev.eddy.model.InvalidModelException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * Which output of a graph is the new value of which input, by name and shape: {@code h0} and {@code hn}, {@code h} and
 * {@code h_out}, {@code past_c} and {@code present_c}. What is not clear is refused.
 */
final class StatePairs {
    private static final Set<String> BEFORE =
            Set.of("in", "input", "prev", "previous", "past", "old", "init", "initial", "last", "before", "prior");
    private static final Set<String> AFTER =
            Set.of("out", "output", "next", "new", "present", "curr", "current", "updated", "final", "after");
    private static final Set<String> STATE_WORDS =
            Set.of("h", "c", "hx", "cx", "hidden", "state", "states", "cell", "carry", "memory", "mem", "h0", "c0");
    /** What is read is often predicted under the same name; it is no state. */
    private static final Set<String> EVENT_WORDS = Set.of(
            "x", "xs", "x0", "data", "feature", "features", "value", "values", "obs", "observation", "token", "tokens");

    private static final String ASK =
            "; name them in the spec: \"engine\": {\"states\": [{\"input\": …, \"output\": …}]}";

    private final List<Port> inputs;
    private final List<Port> outputs;
    private final Map<Port, Port> pairs = new LinkedHashMap<>();

    private StatePairs(List<Port> inputs, List<Port> outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /**
     * The states, in the order of the inputs.
     *
     * @param given what the spec says; {@code null} for nothing
     * @throws InvalidModelException if there are none, or it is not clear which
     */
    static Map<Port, Port> of(List<Port> inputs, List<Port> outputs, List<GraphNames.State> given) {
        StatePairs found = new StatePairs(inputs, outputs);
        if (given == null) {
            found.byNames();
        } else {
            found.asGiven(given);
        }
        return found.pairs;
    }

    private void asGiven(List<GraphNames.State> given) {
        for (GraphNames.State state : given) {
            Port input = named("input", inputs, state.input());
            Port output = named("output", outputs, state.output());
            if (!fits(input, output)) {
                throw new InvalidModelException("the graph takes '" + name(input) + "' in the shape " + shape(input)
                        + " but returns '" + name(output) + "' in the shape " + shape(output)
                        + "; a state must come back as it went in");
            }
            if (pairs.containsKey(input) || pairs.containsValue(output)) {
                throw new InvalidModelException(
                        "the spec names '" + name(input) + "' or '" + name(output) + "' for two states");
            }
            pairs.put(input, output);
        }
    }

    private void byNames() {
        pair((input, output) ->
                !words(input, BEFORE).isEmpty() && words(input, BEFORE).equals(words(output, AFTER)));
        pair((input, output) -> !stem(input).isEmpty() && stem(input).equals(stem(output)));
        List<Port> lost = inputs.stream()
                .filter(input -> !pairs.containsKey(input) && !input.integral() && soundsLikeState(input))
                .toList();
        if (!lost.isEmpty()) {
            throw new InvalidModelException("the graph takes " + names(lost)
                    + ", which by name is a state, but no output by name and shape returns it; the outputs are "
                    + named(outputs) + ASK);
        }
        if (pairs.isEmpty()) {
            throw noPairs();
        }
    }

    /** Shapes alone prove nothing: a prediction often has the shape of what is read. */
    private InvalidModelException noPairs() {
        boolean alike = inputs.stream()
                .anyMatch(input -> !input.integral() && outputs.stream().anyMatch(output -> fits(input, output)));
        if (alike) {
            return new InvalidModelException(
                    "it is not clear which outputs of the graph are new values of which inputs:" + " it takes "
                            + named(inputs) + " and gives " + named(outputs) + ASK);
        }
        return new InvalidModelException("the graph has no state that goes in and comes out: it takes " + named(inputs)
                + " and gives " + named(outputs) + "; export one step with its states as inputs and outputs, or, for a"
                + " network without memory, say \"engine\": {\"states\": []} in the spec");
    }

    private void pair(BiPredicate<Port, Port> alike) {
        Map<Port, Port> found = new LinkedHashMap<>();
        for (Port input : inputs) {
            List<Port> matches = outputs.stream()
                    .filter(output -> free(input, output) && fits(input, output) && alike.test(input, output))
                    .toList();
            if (matches.size() > 1) {
                throw new InvalidModelException("it is not clear whether " + named(matches)
                        + " is the new value of the graph's input '" + name(input) + "'" + ASK);
            } else if (matches.size() == 1 && found.put(input, matches.get(0)) == null) {
                long others = found.values().stream()
                        .filter(output -> output.equals(matches.get(0)))
                        .count();
                if (others > 1) {
                    throw new InvalidModelException("it is not clear of which of the graph's inputs " + named(inputs)
                            + " the output '" + name(matches.get(0)) + "' is the new value" + ASK);
                }
            }
        }
        pairs.putAll(found);
        List<Map.Entry<Port, Port>> ordered = new ArrayList<>(pairs.entrySet());
        ordered.sort(java.util.Comparator.comparingInt(pair -> inputs.indexOf(pair.getKey())));
        pairs.clear();
        ordered.forEach(pair -> pairs.put(pair.getKey(), pair.getValue()));
    }

    private boolean free(Port input, Port output) {
        return !input.integral()
                && !EVENT_WORDS.containsAll(words(input, BEFORE))
                && !pairs.containsKey(input)
                && !pairs.containsValue(output);
    }

    /** Whether a value of one shape can be one of the other; an extent that is open fits any. */
    private static boolean fits(Port input, Port output) {
        if (input.type() != output.type() || input.dims() == null) {
            return false;
        } else if (output.dims() == null) {
            return true;
        }
        boolean fits = input.dims().length == output.dims().length;
        for (int i = 0; fits && i < input.dims().length; i++) {
            fits = input.dims()[i] < 0 || output.dims()[i] < 0 || input.dims()[i] == output.dims()[i];
        }
        return fits;
    }

    /** The words of a name without those that say before or after. */
    private static List<String> words(Port port, Set<String> markers) {
        String spaced = port.name().replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        return List.of(spaced.split("[^a-z0-9]+", -1)).stream()
                .filter(word -> !word.isEmpty() && !markers.contains(word))
                .toList();
    }

    private List<String> stem(Port port) {
        boolean before = inputs.contains(port);
        List<String> words = new ArrayList<>(words(port, before ? BEFORE : AFTER));
        if (words.isEmpty()) {
            return words;
        }
        String last = words.remove(words.size() - 1);
        String end = last.replaceAll(before ? "(0|x)$" : "(n|1|t|x|y)$", "");
        if (!end.isEmpty()) {
            words.add(end);
        }
        return words;
    }

    private static boolean soundsLikeState(Port input) {
        Collection<String> words = new LinkedHashSet<>(words(input, Set.of()));
        return words.stream()
                .anyMatch(word ->
                        STATE_WORDS.contains(word) || Set.of("past", "prev").contains(word));
    }

    private static Port named(String what, List<Port> ports, String name) {
        return ports.stream()
                .filter(port -> port.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidModelException(
                        "the spec's engine names the " + what + " '" + name + "', the graph has " + named(ports)));
    }

    /** Names and shapes, for a message. */
    static String named(Collection<Port> ports) {
        return ports.stream().map(port -> name(port) + " " + shape(port)).collect(Collectors.joining(", "));
    }

    private static String names(Collection<Port> ports) {
        return ports.stream().map(port -> "'" + name(port) + "'").collect(Collectors.joining(", "));
    }

    private static String name(Port port) {
        return Refusals.brief(port.name());
    }

    static String shape(Port port) {
        return port.dims() == null
                ? "of unknown shape"
                : java.util.Arrays.toString(port.dims()).replace("-1", "?");
    }
}
