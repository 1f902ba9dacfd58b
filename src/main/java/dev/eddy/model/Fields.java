package dev.eddy.model;

import java.util.Arrays;
import java.util.Map;

/** The named fields of one event, whatever they were decoded from. */
@FunctionalInterface
public interface Fields {
    /**
     * The value of a field.
     *
     * @param path the names on the way to the field, outermost first
     * @return a {@link Number}, {@link CharSequence}, {@link Boolean}, {@link java.util.List} of these, or {@code null}
     *     where the field is absent or null
     */
    Object get(String[] path);

    /** Fields of a (nested) map. */
    static Fields of(Map<?, ?> map) {
        return path -> {
            Object value = map;
            for (String name : path) {
                value = value instanceof Map<?, ?> inner ? inner.get(name) : null;
            }
            return value;
        };
    }

    /** Splits {@code "a.b.c"} into its names. */
    static String[] path(String field) {
        return field.split("\\.", -1);
    }

    /** Refuses an empty or malformed path in a spec. */
    static void requirePath(String field) {
        if (field == null || field.isEmpty()) {
            throw new InvalidModelException("a feature names no 'field'");
        }
        if (!isPath(field)) {
            throw new InvalidModelException("the field path '" + field + "' has an empty name");
        }
    }

    /** Whether a text is a path: names with dots between them. */
    static boolean isPath(String field) {
        return !Arrays.asList(path(field)).contains("");
    }
}
