package dev.eddy.bench;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.util.Map;

/** {@code eddy run} with a model that was published and deployed. */
record EddyContender(String name, ModelFile model, Map<String, String> settings) implements Contender {
    @Override
    public void prepare(EddyConfig config) throws InterruptedException, IOException {
        new ModelPublisher(config).publish(model, written -> {});
        try (ModelDeployer deployer = new ModelDeployer(config)) {
            deployer.deploy(model.id(), Deployment.BEGINNING);
        }
    }

    @Override
    public Running start(EddyConfig config) throws InterruptedException, IOException {
        EddyApplication application = EddyApplication.start(config);
        return new Running() {
            @Override
            public boolean isAlive() {
                return application.isAlive();
            }

            @Override
            public void close() {
                application.close();
            }
        };
    }
}
