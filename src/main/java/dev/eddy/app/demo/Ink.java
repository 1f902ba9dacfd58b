package dev.eddy.app.demo;

import dev.eddy.app.Terminal;
import java.util.Map;

/** Colour, or none: modest ANSI on a terminal, plain text anywhere else. */
public enum Ink {
    /** Text as it is. */
    PLAIN,
    /** ANSI escape sequences. */
    ANSI;

    static final String BOLD = "1";
    static final String DIM = "2";
    static final String RED = "31";
    static final String GREEN = "32";
    static final String CYAN = "1;36";

    /** The ink for standard output of this process. */
    public static Ink ofStandardOutput() {
        return of(Terminal.isWatched(), System.getenv());
    }

    /**
     * The ink for an output.
     *
     * @param terminal    whether a person looks at it
     * @param environment {@code NO_COLOR}, set to anything, and {@code TERM=dumb} forbid colour
     */
    static Ink of(boolean terminal, Map<String, String> environment) {
        boolean forbidden =
                !environment.getOrDefault("NO_COLOR", "").isEmpty() || "dumb".equals(environment.get("TERM"));
        return terminal && !forbidden ? ANSI : PLAIN;
    }

    /** A text in a colour. */
    String paint(String code, String text) {
        return this == PLAIN ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
