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
    private static final Set<String> REPLACED = Set.of("name", "version", "task", "emit", "probes", "stateOf");

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
     * The spec of an imported model with the given parts in place of its own.
     *
     * @throws InvalidModelException if a given part contradicts what the file holds
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
            } else {
                throw new InvalidModelException(
                        "the spec has '" + key + "', which an imported file tells itself; leave it"
                                + " out (known here: features, head, "
                                + String.join(", ", REPLACED.stream().sorted().toList())
                                + ")");
            }
        });
        return SpecJson.convert(tree, ModelSpec.class);
    }

    private static JsonNode head(JsonNode own, JsonNode wanted) {
        if (!wanted.isObject()) {
            throw new InvalidModelException("the spec's 'head' is not an object");
        }
        ObjectNode merged = own.isObject() ? own.deepCopy() : (ObjectNode) SpecJson.tree(java.util.Map.of());
        boolean plain = own.path("kind").asText("linear").equals("linear");
        wanted.properties().forEach(entry -> {
            String key = entry.getKey();
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
