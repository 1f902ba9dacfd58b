package dev.eddy.state;

/** Stores whose keys are of another kind than the settings ask for: going on would mix up sequences. */
public final class OtherKeysException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OtherKeysException(String message) {
        super(message);
    }
}
