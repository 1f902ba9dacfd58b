package dev.eddy.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A spec that leaves out what an imported file tells: it renames, names the fields and labels, and says what values mean. */
public final class PartialSpec {
    private static final Set<String> REPLACED = Set.of(
            "name", "version", "task", "emit", "endField", "lookAhead", "maxLength", "probes", "stateOf", "warmUp");

    /** In a head, the output of a graph that it is made from. */
    private static final String FROM = "from";

    private final ObjectNode given;

    private PartialSpec(ObjectNode given) {
        this.given = given;
    }

    /**
     * Reads a partial spec.
     *
     * @throws InvalidModelException if it is not a JSON object
     */
    public static PartialSpec read(String json) {
        if (SpecJson.read(json, JsonNode.class) instanceof ObjectNode object) {
            return new PartialSpec(object);
        }
        throw new InvalidModelException("the spec is not a JSON object");
    }

    /** The tree as it was given. */
    public ObjectNode tree() {
        return given;
    }

    /**
     * The outputs of a graph that the heads are said to be made from; empty where the spec does not say.
     *
     * @throws InvalidModelException if it says so for some heads only
     */
    public List<String> outputs() {
        JsonNode heads = given.path("heads");
        List<JsonNode> all = new ArrayList<>();
        (heads.isArray() ? heads : given.has("head") ? List.of(given.path("head")) : List.<JsonNode>of())
                .forEach(all::add);
        List<String> outputs = all.stream()
                .filter(head -> head.path(FROM).isTextual())
                .map(head -> head.path(FROM).asText())
                .distinct()
                .toList();
        if (!outputs.isEmpty() && outputs.size() != all.size()) {
            throw new InvalidModelException(
                    "the spec names an output '" + FROM
                            + "' which some of its heads are made, but not one of its own for each; name one for each or for none");
        }
        return outputs;
    }

    /**
     * The spec of an imported model with the given parts in place of its own.
     *
     * @throws InvalidModelException if a given part contradicts what the file holds, or lacks what its layers need
     */
    public ModelSpec over(ModelSpec imported) {
        ObjectNode tree = (ObjectNode) SpecJson.tree(imported);
        given.properties().forEach(entry -> {
            String key = entry.getKey();
            if (key.equals("engine") && imported.engine() != null) {
                return; // The import went by it.
            } else if (REPLACED.contains(key)) {
                tree.set(key, entry.getValue());
            } else if (key.equals("features")) {
                tree.set(key, features(imported, entry.getValue()));
            } else if (key.equals("head")) {
                tree.set(key, head(tree.path("head"), entry.getValue()));
            } else if (key.equals("decoder")) {
                throw new InvalidModelException(
                        "the spec has a 'decoder', which is imported of PyTorch weights or by a full"
                                + " spec of a safetensors file; this file is neither");
            } else if (key.equals("heads")) {
                heads(tree, entry.getValue());
            } else {
                throw new InvalidModelException(
                        "the spec has '" + key + "', which an imported file tells itself; leave it"
                                + " out (known here: features, head, heads, "
                                + String.join(", ", REPLACED.stream().sorted().toList())
                                + ")");
            }
        });
        ModelSpec whole = SpecJson.convert(tree, ModelSpec.class);
        if (whole.readsBackward()) {
            requireLaterEvents(whole);
            requireSameEmit(imported, whole);
        }
        return whole;
    }

    private static void requireLaterEvents(ModelSpec whole) {
        int layer = 0;
        while (!whole.layers().get(layer).readsBackward()) {
            layer++;
        }
        if (whole.lookAhead() == null && whole.maxLength() == null) {
            throw new InvalidModelException("layer " + layer + " ("
                    + whole.layers().get(layer).cell().spelling()
                    + ") of the file is bidirectional or reverse, so it reads events that have not come yet; say in the"
                    + " spec how many later events an answer waits for, as {\"lookAhead\": 8}, or how long a sequence"
                    + " may be that is read as a whole, as {\"maxLength\": 500}");
        }
    }

    /** The last answer of a layer that reads backward is not the one it gives for the sequence. */
    private static void requireSameEmit(ModelSpec imported, ModelSpec whole) {
        if (imported.emit() != whole.emit()) {
            boolean every = imported.emit() == ModelSpec.Emit.EVERY;
            throw new InvalidModelException("the file gives "
                    + (every ? "an answer for every event" : "one answer for a sequence")
                    + " and has layers that read backward, for which the other cannot be told from it; leave 'emit' out, or"
                    + (every ? " export the final states (h_n, Y_h)" : " export the output of every step"));
        }
    }

    /** What is said of several heads, in their order; of a single one it may be said as well. */
    private static void heads(ObjectNode tree, JsonNode wanted) {
        boolean several = tree.path("heads").size() > 1;
        int count = several ? tree.path("heads").size() : 1;
        if (!wanted.isArray() || wanted.size() != count) {
            throw new InvalidModelException("the spec's 'heads' is not a list of " + count
                    + ", as many as the file has; an ONNX graph has one for each output that is no state");
        } else if (several) {
            ArrayNode merged = tree.arrayNode();
            for (int i = 0; i < count; i++) {
                merged.add(head(tree.path("heads").get(i), wanted.get(i)));
            }
            tree.set("heads", merged);
        } else {
            tree.set("head", head(tree.path("head"), wanted.get(0)));
        }
    }

    /**
     * A head with what a spec adds to it.
     *
     * @throws InvalidModelException if the spec contradicts the file
     */
    public static JsonNode head(JsonNode own, JsonNode wanted) {
        if (!wanted.isObject()) {
            throw new InvalidModelException("the spec's 'head' is not an object");
        }
        ObjectNode merged = own.isObject() ? own.deepCopy() : (ObjectNode) SpecJson.tree(java.util.Map.of());
        boolean plain = own.path("kind").asText("linear").equals("linear");
        wanted.properties().forEach(entry -> {
            String key = entry.getKey();
            if (key.equals(FROM)) {
                return;
            }
            JsonNode held = merged.path(key);
            boolean adds = key.equals("labels") || held.isMissingNode() || (key.equals("kind") && plain);
            if (!adds && !held.equals(entry.getValue())) {
                throw new InvalidModelException("the spec's head says " + key + " " + entry.getValue()
                        + " but the file says " + held + "; leave it out");
            }
            merged.set(key, entry.getValue());
        });
        return merged;
    }

    /** The named features, which take over the embeddings and the normalisation that the file holds. */
    private static ArrayNode features(ModelSpec imported, JsonNode wanted) {
        if (!wanted.isArray()) {
            throw new InvalidModelException("the spec's 'features' is not a list");
        }
        ArrayNode features = wanted.deepCopy();
        List<Place> places = places(imported);
        int next = 0;
        for (JsonNode node : features) {
            if (!(node instanceof ObjectNode object)) {
                throw new InvalidModelException("a feature of the spec is not an object");
            }
            boolean token = object.path("kind").asText().equals("token");
            if (token
                    && !object.has("embedding")
                    && next < places.size()
                    && places.get(next).embedding() != null) { // none where a graph holds it
                object.put("embedding", places.get(next).embedding());
            }
            Feature feature = SpecJson.convert(object, Feature.class);
            requireFits(feature, places, next);
            scale(object, feature, places.subList(next, next + feature.width()));
            next += feature.width();
        }
        if (next != places.size()) {
            throw unfit(places, "the features give only " + next);
        }
        return features;
    }

    /** One number or token of the network's input. */
    private record Place(boolean token, String embedding, double mean, double std) {
        boolean scaled() {
            return mean != 0 || std != 1;
        }
    }

    private static List<Place> places(ModelSpec imported) {
        List<Place> places = new ArrayList<>();
        for (Feature feature : imported.features()) {
            for (int i = 0; i < feature.width(); i++) {
                if (feature instanceof Feature.Token token) {
                    places.add(new Place(true, token.embedding(), 0, 1));
                } else if (feature instanceof Feature.Vector vector && vector.mean() != null) {
                    places.add(new Place(false, null, vector.mean()[i], vector.std()[i]));
                } else {
                    places.add(new Place(false, null, 0, 1));
                }
            }
        }
        return places;
    }

    private static void requireFits(Feature feature, List<Place> places, int at) {
        if (at + feature.width() > places.size()) {
            throw unfit(places, "the features give at least " + (at + feature.width()));
        }
        boolean token = feature instanceof Feature.Token;
        for (int i = 0; i < feature.width(); i++) {
            if (token != places.get(at + i).token()) {
                throw unfit(
                        places,
                        "feature '" + feature.field() + "' is "
                                + (token ? "a token where it takes a number" : "no token where it takes one"));
            }
        }
    }

    private static InvalidModelException unfit(List<Place> places, String but) {
        return new InvalidModelException("the imported network takes " + places.size()
                + " numbers or tokens of each event, " + but + "; name features for all of them, in order");
    }

    /** Hands the normalisation in the file on to the features. */
    private static void scale(ObjectNode object, Feature feature, List<Place> places) {
        if (places.stream().noneMatch(Place::scaled)) {
            return;
        }
        if (object.has("mean") || object.has("std")) {
            throw new InvalidModelException("feature '" + feature.field()
                    + "' has mean and std, but the file normalises its" + " input itself; leave them out of the spec");
        }
        if (feature instanceof Feature.Numeric) {
            object.put("mean", places.get(0).mean());
            object.put("std", places.get(0).std());
        } else if (feature instanceof Feature.Vector) {
            places.forEach(place -> object.withArray("mean").add(place.mean()));
            places.forEach(place -> object.withArray("std").add(place.std()));
        } else {
            throw new InvalidModelException("the file normalises its input itself, so its features must be numbers or"
                    + " vectors, not as '" + feature.field() + "' is");
        }
    }
}
