package dev.eddy.app;

import java.io.Console;

/** Whether somebody watches. */
public final class Terminal {
    private Terminal() {}

    /** Whether a person looks at what is printed, on a terminal that can rewrite lines. */
    @SuppressWarnings("SystemConsoleNull") // from JDK 22 on the console says itself whether it is a terminal
    public static boolean isWatched() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
