package dev.eddy.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The shared test material; tests that need it are skipped where it is not there. */
public final class Material {
    private Material() {}

    /** A file or folder of the material, as {@code models/nab-lstm}. */
    public static Path path(String name) {
        Optional<Path> found = find(name);
        Assumptions.assumeTrue(found.isPresent(), "no shared/material here; give its path with -Deddy.material=PATH");
        return found.orElseThrow();
    }

    /** The same for programs that do without; empty where there is no material. */
    public static Optional<Path> find(String name) {
        return Optional.ofNullable(root()).map(root -> root.resolve(name));
    }

    private static Path root() {
        String given = System.getProperty("eddy.material");
        if (given != null && Files.isDirectory(Path.of(given))) {
            return Path.of(given);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared/material"))) {
                return at.resolve("shared/material");
            }
        }
        return null;
    }
}
