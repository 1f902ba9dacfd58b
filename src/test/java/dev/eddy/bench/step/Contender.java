package dev.eddy.bench.step;

/** The ways in Java to compute the step. */
enum Contender {
    EDDY("Eddy", 1),
    EDDY_BF16("Eddy, weights in bf16", 1),
    ONNX_RUNTIME("ONNX Runtime", 1),
    EJML("EJML", 1),
    EDDY_KEYS("Eddy", Contender.KEYS),
    EDDY_BF16_KEYS("Eddy, weights in bf16", Contender.KEYS),
    ONNX_RUNTIME_KEYS("ONNX Runtime", Contender.KEYS);

    /** Keys in one call where there are several. */
    static final int KEYS = 32;

    private final String title;
    private final int keys;

    Contender(String title, int keys) {
        this.title = title;
        this.keys = keys;
    }

    /** What others are compared with where so many keys are stepped together. */
    static Contender eddy(int keys) {
        return keys == 1 ? EDDY : EDDY_KEYS;
    }

    /** Its name in the table. */
    String title() {
        return title;
    }

    /** Keys that one call steps. */
    int keys() {
        return keys;
    }

    /** How far its values may be from Eddy's in float32. */
    float tolerance() {
        return this == EDDY_BF16 || this == EDDY_BF16_KEYS ? 1e-2f : 1e-5f;
    }

    Stepper open(StepModel model) {
        return switch (this) {
            case EDDY -> new EddyStepper(model, 0);
            case EDDY_BF16 -> new EddyStepper(model.rounded(), 0);
            case EDDY_KEYS -> new EddyKeysStepper(model, keys);
            case EDDY_BF16_KEYS -> new EddyKeysStepper(model.rounded(), keys);
            case ONNX_RUNTIME, ONNX_RUNTIME_KEYS -> new OnnxStepper(model, keys);
            case EJML -> new EjmlStepper(model);
        };
    }
}
