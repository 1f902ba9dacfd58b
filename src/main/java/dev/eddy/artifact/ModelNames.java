package dev.eddy.artifact;

import java.nio.file.Path;

/** Names for models that bring none. */
public final class ModelNames {
    private ModelNames() {}

    /** The file's name without its ending, made a valid name of a model. */
    public static String stemOf(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        String stem = (dot > 0 ? name.substring(0, dot) : name).replaceAll("[^A-Za-z0-9._-]", "-");
        String start = stem.replaceAll("^[^A-Za-z0-9]+", "");
        return start.isEmpty() ? "model" : start.substring(0, Math.min(128, start.length()));
    }
}
