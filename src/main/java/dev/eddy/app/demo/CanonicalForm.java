package dev.eddy.app.demo;

import dev.eddy.artifact.ModelFile;
import dev.eddy.network.LiveModel;
import java.io.IOException;
import java.nio.file.Path;

/** Rewrites model files in their canonical form, after their probes have passed: the last step of making the models. */
public final class CanonicalForm {
    private CanonicalForm() {}

    public static void main(String[] files) throws IOException {
        for (String file : files) {
            ModelFile model = ModelFile.read(Path.of(file));
            LiveModel.compile(model.id(), model.spec(), model);
            model.write(Path.of(file));
            System.out.println(file + ": " + model.id() + ", " + model.bytes().length + " bytes");
        }
    }
}
