package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The model spec as JSON text. Writing is canonical: the same spec gives the same text on every machine. */
public final class SpecJson {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // Not the platform's Double.toString: it changed between Java releases.
                    .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(1 << 20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.ALLOW_COMMENTS)
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .build();

    private SpecJson() {}

    /**
     * Reads a complete spec.
     *
     * @throws InvalidModelException if the text is not a valid spec; the message names the place
     */
    public static ModelSpec read(String json) {
        return read(json, ModelSpec.class);
    }

    /** Reads a part of a spec, or an object that extends one. */
    public static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw invalid(e);
        }
    }

    /** Converts a tree that was edited. */
    public static <T> T convert(JsonNode tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw invalid(e);
        }
    }

    /** A spec as a tree that can be edited. */
    public static JsonNode tree(Object spec) {
        return MAPPER.valueToTree(spec);
    }

    /** The canonical text: no white space, properties in the order of the spec's definition. */
    public static String write(Object spec) {
        try {
            return MAPPER.writeValueAsString(spec);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a spec always has a JSON form", e);
        }
    }

    /** The text for people. */
    public static String writePretty(Object spec) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(spec);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a spec always has a JSON form", e);
        }
    }

    private static InvalidModelException invalid(JsonProcessingException e) {
        if (e instanceof ValueInstantiationException v && v.getCause() instanceof InvalidModelException inner) {
            return inner;
        }
        String at = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        if (e instanceof UnrecognizedPropertyException u) {
            return new InvalidModelException("the spec has an unknown property '" + u.getPropertyName() + "'" + at
                    + "; known here: " + u.getKnownPropertyIds());
        }
        return new InvalidModelException("the spec is not valid: " + e.getOriginalMessage() + at, e);
    }
}
