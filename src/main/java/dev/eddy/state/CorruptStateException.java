package dev.eddy.state;

/** Bytes of the state store that are not a state. Going on would give wrong numbers, so the stream stops. */
public final class CorruptStateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CorruptStateException(String message) {
        super(message + "; stop the instance and delete its state.dir, the state is then restored from the changelog");
    }
}
